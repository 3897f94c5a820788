"""Text in data that addresses a model in place of a reader: noticed and told, never a control (threat T22).

    from policies.injection.watch import watch
    suspicion = watch(table)

What it is for and what it is not: docs/untrusted.md and decision 0026.
"""
