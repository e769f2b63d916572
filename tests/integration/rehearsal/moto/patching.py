"""How the other files change moto 5.2.1 in process. Each change says what stock moto does and which page says what AWS
does."""

import functools


def patch(owner):
    """Puts a function in the place of the owner's of the same name; it takes that one as its first argument."""

    def put(function):
        stock = getattr(owner, function.__name__, None)

        @functools.wraps(function)
        def method(self, *args, **kwargs):
            return function(functools.partial(stock, self) if stock else None, self, *args, **kwargs)

        setattr(owner, function.__name__, method)
        return function

    return put


def kept(backend, name):
    """A table of our own which moto forgets together with the account."""
    return backend.__dict__.setdefault("rehearsal_" + name, {})


def looked_at(thing, looks):
    """Whether something that takes its time is done. AWS's time passes with looks, so that no test waits for it."""
    thing.rehearsal_looks = getattr(thing, "rehearsal_looks", 0) + 1
    return thing.rehearsal_looks > looks


def start_over(thing):
    thing.rehearsal_looks = 0
