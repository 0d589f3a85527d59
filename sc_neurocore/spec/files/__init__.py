"""What files need before anything of ours is in them: names until they are whole; the forms of arrays and JSON."""
