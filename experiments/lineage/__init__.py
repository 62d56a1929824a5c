"""What was made from what? Data sets with digests, and the graph from a release back to tree and prompts."""
