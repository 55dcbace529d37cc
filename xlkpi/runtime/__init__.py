"""Worker processes, and files: what opens a file is isolated, what is written is whole."""
