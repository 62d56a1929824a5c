"""From runs to a released dataset: what is kept, what is left out and why, and a folder that is whole or not there."""
