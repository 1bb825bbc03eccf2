"""The audio job's input, and a look at what it wrote. Nothing but the standard library, so that no peer checks itself."""
import array
import math
import os
import struct

RATE = 44_100
IEEE_FLOAT = 3
LOOKED_AT = 50_000  # of these the deviation is within 1 in 100, surely


def make(source, folder, files, seconds):
    """Writes silent 32-bit float mono files, once, and gives them a second name in the folder of a peer: the same bytes for all."""
    os.makedirs(folder)
    if not os.path.isdir(source):
        write(source, files, seconds)
    for name in os.listdir(source):
        os.link(os.path.join(source, name), os.path.join(folder, name))


def write(folder, files, seconds):
    os.makedirs(folder)
    data = bytes(4 * int(seconds * RATE))
    header = (b"RIFF" + struct.pack("<I", 4 + 24 + 8 + len(data)) + b"WAVE"
              + b"fmt " + struct.pack("<IHHIIHH", 16, IEEE_FLOAT, 1, RATE, RATE * 4, 4, 32)
              + b"data" + struct.pack("<I", len(data)))
    for i in range(files):
        with open(os.path.join(folder, f"tone-{i:02d}.wav"), "wb") as file:
            file.write(header + data)


def clear(folder):
    """Removes what an earlier run wrote, so that each one makes its files anew."""
    for name in os.listdir(folder):
        if name.endswith("-transformed.wav"):
            os.remove(os.path.join(folder, name))


def fault(folder, files, seconds, noise):
    """Says what is wrong with the output, or None. Looks at some samples; without noise the output is the input."""
    names = sorted(name for name in os.listdir(folder) if name.endswith("-transformed.wav"))
    if len(names) != files:
        return f"wrote {len(names)} of {files} files"
    for name in names:
        with open(os.path.join(folder, name), "rb") as file:
            kind, channels, rate, bits, data = parse(file.read())
        if (kind, channels, rate, bits) != (IEEE_FLOAT, 1, RATE, 32):
            return f"{name}: not 32-bit float mono at {RATE} Hz"
        if len(data) != 4 * int(seconds * RATE):
            return f"{name}: {len(data)} bytes of samples"
        if not noise:
            continue
        samples = array.array("f", data)
        samples = samples[::max(1, len(samples) // LOOKED_AT)]
        mean = math.fsum(samples) / len(samples)
        deviation = math.sqrt(math.fsum((s - mean) ** 2 for s in samples) / len(samples))
        if not 0.095 <= deviation <= 0.105 or min(samples) < -1 or max(samples) > 1:
            return f"{name}: standard deviation {deviation:.4f}, from {min(samples):.3f} to {max(samples):.3f}"
    return None


def parse(content):
    form, data, at = None, None, 12
    while at + 8 <= len(content) and data is None:
        name, size = content[at:at + 4], struct.unpack_from("<I", content, at + 4)[0]
        if name == b"fmt ":
            kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", content, at + 8)
            form = (kind, channels, rate, bits)
        elif name == b"data":
            data = content[at + 8:at + 8 + size]
        at += 8 + size + size % 2
    if form is None or data is None:
        raise ValueError("not a WAV file")
    return (*form, data)
