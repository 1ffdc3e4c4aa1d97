"""The life of a job, the same for every module: states, leases, retries, limits, maintenance.

Modules inherit from the classes here and say what the work is; nothing here needs changing for a new module.
"""
