# Workers take numbers from one queue and put their squares into another.
from multiprocessing import Process, Queue


def work(tasks, results):
    for n in iter(tasks.get, None):
        results.put(n * n)


if __name__ == "__main__":
    tasks, results = Queue(), Queue()
    workers = [Process(target=work, args=(tasks, results)) for _ in range(2)]
    for worker in workers:
        worker.start()
    for n in range(10):
        tasks.put(n)
    for _ in workers:
        tasks.put(None)
    print(sum(results.get() for _ in range(10)))
    for worker in workers:
        worker.join()
