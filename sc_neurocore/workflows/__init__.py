"""What calls several verbs: a whole run, the pipeline of its steps, the look at the tools of a machine."""
