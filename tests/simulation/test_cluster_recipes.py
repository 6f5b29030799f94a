"""The recipes for machines in the documentation: what can be tried without Slurm and Kubernetes is tried."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from interfirm import cli

RECIPES = Path(__file__).resolve().parents[2] / "docs" / "howto" / "cluster-recipes"

# Documented options of sbatch and srun that the recipe uses; Slurm itself is not here.
SBATCH = {"--job-name", "--ntasks", "--cpus-per-task", "--mem-per-cpu", "--time"}


def test_the_batch_script_is_a_shell_script_with_known_options() -> None:
    script = RECIPES / "slurm.sh"
    assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0
    asked = {line.split()[1].split("=")[0] for line in script.read_text().splitlines() if line.startswith("#SBATCH")}
    assert asked == SBATCH


def test_the_cluster_resource_is_whole() -> None:
    """Names, ports and the service hang together; a worker has one thread and a limit of memory."""
    yaml = pytest.importorskip("yaml")
    made = yaml.safe_load((RECIPES / "kubernetes.yaml").read_text())
    assert (made["apiVersion"], made["kind"]) == ("kubernetes.dask.org/v1", "DaskCluster")
    worker, scheduler = (made["spec"][part]["spec"]["containers"][0] for part in ("worker", "scheduler"))
    assert worker["image"] == scheduler["image"] and worker["args"][-2:] == ["--nthreads", "1"]
    assert worker["resources"]["limits"] == worker["resources"]["requests"]
    service = made["spec"]["scheduler"]["service"]
    assert service["selector"]["dask.org/cluster-name"] == made["metadata"]["name"]
    assert {port["targetPort"] for port in service["ports"]} == {port["name"] for port in scheduler["ports"]}
    for container in (worker, scheduler):
        verb = container["args"][:2]
        assert shutil.which(verb[0], path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")


@pytest.mark.slow
def test_the_batch_script_runs_with_workers_on_this_machine(tmp_path: Path) -> None:
    """The script itself, with an ``srun`` that starts as many workers here."""
    pytest.importorskip("distributed")
    assert cli.run(["example", str(tmp_path / "valley")]) == 0
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "srun").write_text('#!/bin/bash\nn=${1#--ntasks=}; shift\nfor i in $(seq "$n"); do "$@" & done\nwait\n')
    for name, module in (("dask", "dask"), ("interfirm", "interfirm")):
        (tools / name).write_text(f'#!/bin/bash\nexec "{sys.executable}" -m {module} "$@"\n')
    (tools / "python").write_text(f'#!/bin/bash\nexec "{sys.executable}" "$@"\n')
    for tool in tools.iterdir():
        tool.chmod(0o755)
    env = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}", "WORKERS": "2", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(["bash", str(RECIPES / "slurm.sh"), str(tmp_path / "valley"), "--priors", "--years", "1",
                           "--replications", "4", "--precision", "0"], cwd=tmp_path, env=env, capture_output=True,
                          text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "4 replications of 1 year" in done.stdout and "workers of the scheduler" in " ".join(done.stderr.split())
