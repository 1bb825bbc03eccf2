# Processes fill parts of one array.
from multiprocessing import Array, Process


def fill(grid, part):
    for i in range(part * 1000, (part + 1) * 1000):
        grid[i] = part


if __name__ == "__main__":
    grid = Array("d", 4000, lock=False)
    processes = [Process(target=fill, args=(grid, part)) for part in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    print(sum(grid))
