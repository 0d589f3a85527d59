"""What the command is before any verb is loaded: the list of the verbs, the look of its help, its completion."""
