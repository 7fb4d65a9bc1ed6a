"""The crash test: messages in both directions while everything that can die is killed at random."""
