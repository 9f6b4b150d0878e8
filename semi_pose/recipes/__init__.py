"""Recipes: reading them, their data, their kind and their schedule."""
