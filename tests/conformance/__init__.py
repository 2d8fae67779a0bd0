"""What a circuit means never changes on the way: circuits drawn at random, mirrors and published algorithms, in each
framework, through every input format to whoever judges it. Each gives the framework's own distribution, or is refused
with a reason; there is no third outcome.
"""
