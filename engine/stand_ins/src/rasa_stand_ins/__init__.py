"""Modules that can be imported and do nothing, for packages that Rasa imports at start and this chatbot never uses.

Rasa 3.6 imports TensorFlow for DIET and TED, and a client for each of its channels and stores, whichever are
configured. Each package here is one line, `stand_in(__name__)`. Its names resolve when they are imported, can be
base classes, annotations and exceptions, and say what to install as soon as one of them is really used.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from typing import Any

_EXCEPTION_ENDINGS = ("Error", "Exception", "Failure")
_TENSORFLOW = (
    "DIET, TED und alles andere auf TensorFlow 2.12 läuft nur unter Python 3.10: "
    "»make tensorflow« richtet dafür eine eigene Umgebung ein."
)
# What to do for someone who really needs a package, where there is more to say than to install it.
_MENDS = {"tensorflow": _TENSORFLOW, "keras": _TENSORFLOW}
_INSTALL = (
    "Dieser Assistent braucht es nicht; wer es braucht, nimmt in pyproject.toml das Paket statt seines Platzhalters."
)
_packages: set[str] = set()


class NotInstalledError(ImportError):
    """Something of a package was used that only a stand-in is there for; the message says what to do."""


class _StandInType(type):
    """A class whose attributes are such classes again; to create or call one is an error."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _resolve(f"{cls.__module__}.{cls.__qualname__}.{name}")

    def __getitem__(cls, _parameters: object) -> Any:
        return cls

    def __or__(cls, _other: object) -> Any:
        return cls

    __ror__ = __or__


class _Unused:
    """What a class of a package that is not there is made of."""

    def __new__(cls, *arguments: Any, **named: Any) -> Any:
        # `@tf.function` decorates methods of classes that nobody makes.
        if cls.__qualname__ == "function" and len(arguments) <= 1:
            return arguments[0] if arguments else lambda decorated: decorated
        # The class may be one of Rasa's own, made from ours.
        package = next(root for base in cls.__mro__ if (root := base.__module__.partition(".")[0]) in _packages)
        mend = _MENDS.get(package, _INSTALL)
        raise NotInstalledError(f"{cls.__module__}.{cls.__qualname__}: »{package}« ist nicht installiert. {mend}")


class _Devices:
    """`tf.config` and all that hangs on it: there are no devices, and nothing can be set."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> list[Any]:
        return []


def _resolve(path: str) -> Any:
    if path.startswith("tensorflow.config"):
        return _Devices()
    module, _, name = path.rpartition(".")
    base: type = Exception if name.endswith(_EXCEPTION_ENDINGS) else _Unused
    return _StandInType(name, (base,), {"__module__": module})


class _StandInModule(types.ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = sys.modules.get(f"{self.__name__}.{name}") or _resolve(f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value


class _SubmoduleFinder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds every submodule of the packages that were stood in for."""

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: Any = None) -> Any:
        package, _, below = fullname.partition(".")
        return (
            importlib.machinery.ModuleSpec(fullname, self, is_package=True) if below and package in _packages else None
        )

    def create_module(self, spec: Any) -> types.ModuleType:
        return _StandInModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """There is nothing to run."""


def stand_in(package: str) -> None:
    """Turn `package`, which is being imported, into a stand-in."""
    if not any(isinstance(finder, _SubmoduleFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _SubmoduleFinder())
    _packages.add(package)
    sys.modules[package].__class__ = _StandInModule
