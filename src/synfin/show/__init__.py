"""What happened, made visible: ladders, pictures, tables, captures and their texts.

Everything here reads a trace (docs/trace.md), ``synfin.wire``, ``core.rules``
and ``core.states``; it drives nothing.
"""
