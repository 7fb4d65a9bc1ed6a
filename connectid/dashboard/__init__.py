"""The operations page: how sign-ups, codes, pushes, partners and jobs are doing, from tallies that a job keeps."""
