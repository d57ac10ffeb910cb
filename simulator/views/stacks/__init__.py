"""The matrix of stacks: the same client certificates, judged by different programs."""
