"""Prints the medians and best of what bench-live has measured: table.py [--markdown] RESULTS

Ends with 1 where the agent, beside others in the same run, misses what is wanted of it.
"""

import statistics
import sys

HEAD = ["connections", "packets/s", "reader", "ns/packet", "least", "x bare", "lost", "in records"]
BARE = "bare"
AGENT = "agent"
RATIO_MAX = 2.5


def read(file):
    """Returns the measurements by connections, rate and reader; each has its round."""
    cells = {}
    for line in open(file, encoding="utf-8"):
        number, reader, *values = line.split("\t")
        flows, rate, cpu_ns, came, seen, recorded, per_second = (int(value) for value in values)
        one = {
            "ns": cpu_ns / max(seen, 1),
            "lost": came - seen,
            "came": came,
            "recorded": recorded,
            "per_second": per_second,
        }
        cells.setdefault((flows, rate), {}).setdefault(reader, {})[number] = one
    return cells


def ratio(rounds, other):
    """Compares with another reader in the same round, since others use the machine, too."""
    ratios = [one["ns"] / other[number]["ns"] for number, one in rounds.items() if number in other]
    return statistics.median(ratios) if ratios else None


def times(value):
    return "" if value is None else f"{value:.1f}"


def missed(flows, rate, readers):
    """Returns what the agent misses, one line each."""
    agent = readers.get(AGENT, {})
    where = f"{flows} connections, {rate or 'full'} packets/s"
    lines = []
    for reader, rounds in readers.items():
        value = ratio(agent, rounds)
        most = RATIO_MAX if reader == BARE else 1
        if reader != AGENT and value is not None and value > most:
            lines.append(f"{where}: {value:.1f} times {reader}, more than {most}")
    lost = sum(one["lost"] for one in agent.values())
    others = [rounds for reader, rounds in readers.items() if reader != AGENT]
    if lost and any(sum(one["lost"] for one in rounds.values()) == 0 for rounds in others):
        lines.append(f"{where}: {lost} lost where another reader lost none")
    return lines


def percent(part, whole):
    return "0" if part == 0 else f"{part / whole:.3%}"


def row(flows, rate, reader, rounds, bare):
    measured = list(rounds.values())
    costs = [one["ns"] for one in measured]
    came = sum(one["came"] for one in measured)
    speed = statistics.median(one["per_second"] for one in measured)
    return [
        f"{flows}",
        f"{speed:.0f}" + ("" if rate else " (full)"),
        reader,
        f"{statistics.median(costs):.0f}",
        f"{min(costs):.0f}",
        times(ratio(rounds, bare)),
        percent(sum(one["lost"] for one in measured), came),
        "" if reader == BARE else percent(sum(one["recorded"] for one in measured), came),
    ]


def main():
    markdown = "--markdown" in sys.argv[1:]
    rows = [HEAD]
    misses = []
    for (flows, rate), readers in read(sys.argv[-1]).items():
        bare = readers.get(BARE, {})
        misses += missed(flows, rate, readers)
        rows += [row(flows, rate, reader, rounds, bare) for reader, rounds in readers.items()]
    if markdown:
        rows.insert(1, ["---"] * len(HEAD))
        print("\n".join("| " + " | ".join(cells) + " |" for cells in rows))
    else:
        widths = [max(len(cells[i]) for cells in rows) for i in range(len(HEAD))]
        for cells in rows:
            print("  ".join(cell.rjust(width) for cell, width in zip(cells, widths)).rstrip())
    for line in misses:
        print(f"bench-live: missed: {line}", file=sys.stderr)
    sys.exit(1 if misses else 0)


main()
