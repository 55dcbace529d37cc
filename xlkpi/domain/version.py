"""The version, in a room of its own: the outputs print it, and the build reads it."""

VERSION = "0.1.0"
