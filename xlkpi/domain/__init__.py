"""The nouns of the field and the format: no file is opened and nothing is computed by pandas here."""
