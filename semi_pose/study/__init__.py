"""The paper's study on one's own data: recipes x seeds, and a report of what held."""
