"""What Kefu's endpoint layer adds to a call, beside litellm, on the same mock model.

    python benchmarks/endpoint_layer.py [--calls N] [--rounds N]

All ways end at one server, which streams twenty words at once. Like is held beside like: in the
caller's process Kefu's `Endpoints.stream` beside litellm's `Router`; over HTTP a proxy of a few
lines around the same `Endpoints.stream` beside the litellm proxy, both asked by one hand-written
client. litellm is hash-pinned in litellm.txt and lives in an environment of its own. Every way is
asked by a process of its own at 1, 16 and 64 connections, and the ways take turns. What a way adds
is its time minus that of the hand-written client which asks the model directly, in the same round.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil
from vectors import CACHE

HERE = Path(__file__).parent
CONNECTIONS = (1, 16, 64)
TIMES = ("first p50", "first p99", "whole p50", "whole p99")
LITELLM_CONFIG = """
model_list:
  - model_name: mock
    litellm_params:
      model: openai/mock
      api_base: http://127.0.0.1:{port}/v1
      api_key: none
litellm_settings:
  telemetry: false
"""
LITELLM = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # the one in its wheel
    "LITELLM_MODE": "PRODUCTION",  # no file .env
    "LITELLM_LOG": "ERROR",
    "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
}
"""Without a key to check the proxy has less to do."""


@dataclass(frozen=True, kw_only=True)
class Way:
    """A command that asks on a port; `server` is the proxy behind it, whose CPU time counts."""

    command: tuple[str, ...]
    port: int
    options: tuple[str, ...] = ()
    server: psutil.Process | None = None

    def ask(self, connections: int, calls: int) -> dict[str, float]:
        """Milliseconds, calls a second, and CPU milliseconds a call of who adds something."""
        before = _cpu_seconds(self.server)
        given = (str(self.port), str(connections), str(calls), *self.options)
        done = subprocess.run(
            [*self.command, *given],
            check=False,
            capture_output=True,
            text=True,
            env=os.environ | LITELLM,
        )
        if done.returncode:
            sys.exit(f"{self.command}: {done.stderr[-2000:]}")
        result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        if self.server:
            result["cpu"] = (_cpu_seconds(self.server) - before) * 1000 / (calls + connections)
        return result


def _cpu_seconds(process: psutil.Process | None) -> float:
    if process is None:
        return 0.0
    each = [process, *process.children(recursive=True)]
    return sum(sum(one.cpu_times()[:2]) for one in each)


@contextmanager
def running(*command: str, port: int, log: Path) -> Iterator[psutil.Process]:
    """A server, until it listens and while the context is open."""
    with log.open("wb") as out:
        process = psutil.Popen(command, stdout=out, stderr=out, env=os.environ | LITELLM)
    try:
        for _ in range(1200):
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", port)):
                    break
            if process.poll() is not None:
                sys.exit(f"{command[0]} ended: {log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait()


def install_litellm(folder: Path) -> Path:
    """Where its programs are, in an environment of its own: it wants other versions than Kefu."""
    programs = folder / "venv" / "bin"
    if not (programs / "litellm").exists():
        uv = str(Path(sys.executable).parent / "uv")
        subprocess.run([uv, "venv", "--quiet", "--clear", folder / "venv"], check=True)
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--python", programs / "python",
             "--require-hashes", "--requirement", HERE / "litellm.txt"],
            check=True,
        )  # fmt: skip
    return programs


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def open_ways(stack: ExitStack) -> dict[str, Way]:
    """Start the mock model and both proxies."""
    folder = CACHE / "litellm"
    folder.mkdir(parents=True, exist_ok=True)
    programs = install_litellm(folder)
    model, ours, theirs = free_port(), free_port(), free_port()
    config = folder / "config.yaml"
    config.write_text(LITELLM_CONFIG.format(port=model))
    python, here = sys.executable, str(HERE)

    def start(*command: str, port: int, log: str) -> psutil.Process:
        return stack.enter_context(running(*command, port=port, log=folder / log))

    start(python, f"{here}/mock_upstream.py", str(model), port=model, log="mock.log")
    by_hand, kefu = (python, f"{here}/endpoint_calls.py"), (python, f"{here}/endpoint_kefu.py")
    hop = start(*kefu, str(model), "--serve", str(ours), port=ours, log="kefu.log")
    proxy = [str(programs / "litellm"), "--config", str(config), "--host", "127.0.0.1"]
    other = start(*proxy, "--port", str(theirs), port=theirs, log="litellm.log")
    litellm = (str(programs / "python"), f"{here}/endpoint_litellm.py")
    return {
        "direct": Way(command=by_hand, port=model),
        "in process: kefu": Way(command=kefu, port=model),
        "in process: kefu, money and spans kept": Way(
            command=kefu, port=model, options=("--kept",)
        ),
        "in process: litellm router": Way(command=litellm, port=model),
        "over HTTP: kefu": Way(command=by_hand, port=ours, server=hop),
        "over HTTP: litellm proxy": Way(command=by_hand, port=theirs, server=other),
    }


def compare(ways: Mapping[str, Way], *, calls: int, rounds: int) -> None:
    """Print one row a way and number of connections: the median of the rounds."""
    print(
        "| connections | way | first word p50 / p99 ms | adds | whole p50 / p99 ms | adds", end=""
    )
    print(" | calls/s | CPU ms a call |\n|---|---|---|---|---|---|---|---|", flush=True)
    for connections in CONNECTIONS:
        taken = [
            {name: way.ask(connections, calls) for name, way in ways.items()} for _ in range(rounds)
        ]
        for name in ways:
            row = {key: median(each[name][key] for each in taken) for key in taken[0][name]}
            adds = {
                key: median(each[name][key] - each["direct"][key] for each in taken)
                for key in TIMES
            }
            cells = [
                f"{row['first p50']:.1f} / {row['first p99']:.1f}",
                f"{adds['first p50']:+.1f} / {adds['first p99']:+.1f}",
                f"{row['whole p50']:.1f} / {row['whole p99']:.1f}",
                f"{adds['whole p50']:+.1f} / {adds['whole p99']:+.1f}",
                f"{row['rate']:.0f}",
                f"{row['cpu']:.2f}",
            ]
            print(f"| {connections} | {name} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=400, help="Per way, connections and round.")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with ExitStack() as stack:
        compare(open_ways(stack), calls=options.calls, rounds=options.rounds)


if __name__ == "__main__":
    main()
