"""Files of other programs, read without running what they hold and without believing what they claim."""
