"""The rules that a store must keep, one a file; each gives findings and changes nothing. ``rules`` runs them all."""
