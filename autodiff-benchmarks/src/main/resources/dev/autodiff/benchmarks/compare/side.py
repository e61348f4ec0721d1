# PyTorch, or NumPy's BLAS, on the work of the benchmarks: side.py pytorch|openblas THREADS.
# Answers the requests that dev.autodiff.benchmarks.compare.Child documents. Each step has the fastest form that the library offers.
import sys
import time
import traceback

SIDE = sys.argv[1]
THREADS = int(sys.argv[2])
SHORTEST_SAMPLE = 200e-6

import numpy as np

if SIDE == "pytorch":
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(THREADS)


def uniform(stream, n, bound, dtype=np.float32):
    """As Inputs.uniform in Java, to the bit."""
    with np.errstate(over="ignore"):
        z = (np.uint64(stream << 32) + np.arange(1, n + 1, dtype=np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    unit = ((z ^ (z >> np.uint64(31))) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    return (bound * (2 * unit - 1)).astype(dtype)


def classes(stream, n):
    return torch.from_numpy((5 * (uniform(stream, n, 1, np.float64) + 1)).astype(np.int64))


def tensor(stream, bound, *shape):
    return torch.from_numpy(uniform(stream, int(np.prod(shape)), bound)).reshape(shape)


def parameter(stream, fan_in, *shape):
    return torch.nn.Parameter(tensor(stream, 1 / np.sqrt(fan_in), *shape))


def linear(stream, n_in, n_out):
    layer = torch.nn.Linear(n_in, n_out)
    layer.weight = parameter(stream, n_in, n_out, n_in)
    layer.bias = parameter(stream + 1, n_in, n_out)
    return layer


def perceptron(*sizes):
    layers = []
    for i in range(1, len(sizes)):
        layers.append(linear(2 * i - 1, sizes[i - 1], sizes[i]))
        if i < len(sizes) - 1:
            layers.append(torch.nn.ReLU())
    return torch.nn.Sequential(*layers)


def checksum(x):
    x = np.asarray(x, dtype=np.float64).ravel()
    n = len(x)
    return [(x * x).mean(), x.mean(), x[1], x[n // 2 + 3], x[n - 2]]


def losses(step):
    return lambda: [float(step()) for _ in range(4)]


def training(model, optimizer, loss):
    def step():
        optimizer.zero_grad(set_to_none=True)
        value = loss(model)
        value.backward()
        optimizer.step()
        return value.detach()

    return losses(step), step


def xor():
    x = torch.tensor([[0, 0], [0, 1], [1, 0], [1, 1.0]])
    y = torch.tensor([[0], [1], [1], [0.0]])
    p = [parameter(1, 2, 4, 2), parameter(2, 2, 4), parameter(3, 4, 1, 4), parameter(4, 4, 1)]

    def step():
        out = torch.sigmoid(F.linear(torch.sigmoid(F.linear(x, p[0], p[1])), p[2], p[3]))
        d = out - y
        value = (d * d).sum()
        gradients = torch.autograd.grad(value, p)
        with torch.no_grad():
            torch._foreach_add_(p, gradients, alpha=-0.1)
        return value.detach()

    return losses(step), step


def powell():
    x = [torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (3.0, -1.0, 0.0, 1.0)]

    def step():
        a = x[0] + 10 * x[1]
        b = x[2] - x[3]
        c = x[1] - 2 * x[2]
        d = x[0] - x[3]
        return torch.autograd.grad(a * a + 5 * (b * b) + c**4 + 10 * d**4, x)

    return lambda: [float(g) for g in step()], step


def le_net():
    c1, c2 = torch.nn.Conv2d(1, 8, 5, padding=2), torch.nn.Conv2d(8, 16, 5)
    c1.weight, c1.bias = parameter(1, 25, 8, 1, 5, 5), parameter(2, 25, 8)
    c2.weight, c2.bias = parameter(3, 200, 16, 8, 5, 5), parameter(4, 200, 16)
    relu, pool = torch.nn.ReLU(), torch.nn.MaxPool2d(2)
    return torch.nn.Sequential(
        c1, relu, pool, c2, relu, pool, torch.nn.Flatten(),
        linear(5, 400, 120), relu, linear(7, 120, 84), relu, linear(9, 84, 10))


def chain():
    x = tensor(101, 3, 1000000).requires_grad_()

    def step():
        return torch.autograd.grad((torch.tanh(torch.sigmoid(x * 1.3 + 0.2) * x) + torch.exp(-x * x)).sum(), x)[0]

    return lambda: checksum(step().numpy()), step


def lstm():
    layer = torch.nn.LSTM(64, 128)
    layer.weight_ih_l0, layer.weight_hh_l0 = parameter(1, 128, 512, 64), parameter(2, 128, 512, 128)
    layer.bias_ih_l0, layer.bias_hh_l0 = parameter(3, 128, 512), parameter(4, 128, 512)
    x, y = tensor(101, 1, 50, 32, 64), tensor(102, 1, 32, 128)
    sgd = torch.optim.SGD(layer.parameters(), 0.01)
    return training(layer, sgd, lambda m: F.mse_loss(m(x)[0][-1], y))


def product(n, form, dtype):
    dtype = np.float32 if dtype == "float32" else np.float64
    a, b = (uniform(stream, n * n, 1, dtype).reshape(n, n) for stream in (1, 2))
    c = np.empty((n, n), dtype)
    if SIDE == "pytorch":
        a, b, c = torch.from_numpy(a), torch.from_numpy(b), torch.from_numpy(c)
    a, b = a.T if form == "AtB" else a, b.T if form == "ABt" else b
    multiply = torch.matmul if SIDE == "pytorch" else np.matmul

    def step():
        return multiply(a, b, out=c)

    return lambda: checksum(step()), step


def sgd(model):
    return torch.optim.SGD(model.parameters(), 0.01, foreach=True)


def prepare(work):
    if work.startswith("G-"):
        _, n, form, dtype = work.split("-")
        return product(int(n), form, dtype)
    if SIDE != "pytorch":
        return None
    if work in ("W1", "W2", "W6", "W7"):
        return {"W1": xor, "W2": powell, "W6": chain, "W7": lstm}[work]()
    if work == "W4":
        model = perceptron(784, 512, 256, 10)
        optimizer = torch.optim.Adam(model.parameters(), 1e-3, foreach=True)
    elif work in ("W3", "W5"):
        model = perceptron(784, 128, 64, 10) if work == "W3" else le_net()
        optimizer = sgd(model)
    else:
        return None
    batch = 128 if work == "W4" else 64
    x = tensor(101, 1, batch, *((1, 28, 28) if work == "W5" else (784,)))
    y = classes(102, batch)
    return training(model, optimizer, lambda m: F.cross_entropy(m(x), y))


def measure(step, seconds):
    end = time.perf_counter() + seconds
    repeats, times = 1, []
    while True:
        begin = time.perf_counter()
        for _ in range(repeats):
            step()
        now = time.perf_counter()
        if now - begin < SHORTEST_SAMPLE and repeats < 1 << 20:
            repeats *= 2
            continue
        times.append((now - begin) / repeats * 1e6)
        if now >= end and len(times) >= 3:
            return times


def blas():
    """Which BLAS is loaded: Debian's python3-torch and NumPy take the system's, of which the reference one is slow."""
    np.ones((64, 64)) @ np.ones((64, 64))
    try:
        with open("/proc/self/maps") as maps:
            text = maps.read()
    except OSError:
        return "unknown BLAS"
    return "OpenBLAS" if "openblas" in text else "MKL" if "libmkl" in text else "reference BLAS"


def version():
    return (f"PyTorch {torch.__version__} with " if SIDE == "pytorch" else f"NumPy {np.__version__} with ") + blas()


def main():
    step = None
    for line in sys.stdin:
        words = line.split()
        try:
            if words[0] == "version":
                answer = "version " + version()
            elif words[0] == "prepare":
                prepared = prepare(words[1]) if words[2] == "eager" else None
                if prepared is None:
                    answer = "none"
                else:
                    values, step = prepared
                    answer = "values " + " ".join(repr(float(v)) for v in values())
            elif words[0] == "time":
                answer = "times " + " ".join(repr(t) for t in measure(step, float(words[2])))
            else:
                answer = "error unknown request " + line.strip()
        except Exception as e:
            traceback.print_exc()
            answer = "error " + repr(e).replace("\n", " ")
        print("#bench " + answer, flush=True)


main()
