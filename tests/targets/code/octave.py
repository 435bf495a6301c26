"""Modules of MATLAB code run in Octave, many in one process: it takes long to start."""

from __future__ import annotations

import subprocess

import scipy.io


def octave(folder, modules, points):
    """The derivatives that Octave computes: an array for each module, or what it says is wrong."""
    lines = ["d = load('in.mat').d;", "r = struct();"]
    modules_at = folder / "modules"  # out of the path: Octave would call what it sources there
    modules_at.mkdir()
    data = {}
    for k, (text, given) in enumerate(zip(modules, points, strict=True)):
        (modules_at / f"c{k}.m").write_text(text, encoding="utf-8")
        data |= {f"a{k}_{j}": value for j, value in enumerate(given)}
        given = ", ".join(f"d.a{k}_{j}" for j in range(len(given)))
        lines += [
            "try",
            f"source('modules/c{k}.m'); [df, f] = derivative({given}); g = value({given});",
            "if any(abs(f(:) - g(:)) > 1e-9*max(1, abs(g(:)))), error('two values'); end",
            f"r.c{k} = df;",
            f"catch e, r.c{k} = e.message; end",
        ]
    scipy.io.savemat(folder / "in.mat", {"d": data}, oned_as="column", long_field_names=True)
    (folder / "compare.m").write_text("\n".join([*lines, "save('-v6', 'out.mat', 'r');"]), encoding="utf-8")
    subprocess.run(["octave-cli", "-qf", "compare.m"], cwd=folder, check=False, capture_output=True, timeout=300)
    found = scipy.io.loadmat(folder / "out.mat")["r"][0, 0]
    return [found[f"c{k}"] for k in range(len(modules))]


def programs(folder, modules):
    """What the modules say, each run as a program: `derivative` without arguments."""
    lines = []
    for k, text in enumerate(modules):
        (folder / f"c{k}").mkdir()
        (folder / f"c{k}" / "derivative.m").write_text(text, encoding="utf-8")
        lines.append(f"cd c{k}; try, derivative; catch e, disp(e.message); end; clear derivative; cd ..;")
    return said(folder, lines)


def said(folder, lines):
    """What Octave prints in a folder, line by line."""
    (folder / "a_run.m").write_text("\n".join(lines), encoding="utf-8")
    command = ["octave-cli", "-qf", "a_run.m"]
    ran = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True, timeout=300)
    return ran.stdout.splitlines()


def from_octave(array, expected, name=""):
    """Octave's array with the axes of the expected one, where it has the shape that such an array has there."""
    assert array.dtype.kind == "f", (name, array)
    shape = list(expected.shape) + [1] * (2 - expected.ndim)
    while len(shape) > 2 and shape[-1] == 1:
        shape.pop()
    assert array.shape == tuple(shape)
    return array.reshape(expected.shape)
