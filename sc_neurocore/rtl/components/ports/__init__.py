"""How a core meets the outside: its ports, frames in, frames out."""
