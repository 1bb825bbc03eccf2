# One object in a process of its own, used by the workers of a pool.
from multiprocessing import Pool
from multiprocessing.managers import BaseManager


class Stock:
    def __init__(self):
        self.pieces = 0

    def add(self, more):
        self.pieces += more
        return self.pieces


class StockManager(BaseManager):
    pass


def deliver(stock):
    stock.add(5)


StockManager.register("Stock", Stock)

if __name__ == "__main__":
    with StockManager() as manager, Pool(2) as pool:
        stock = manager.Stock()
        pool.map(deliver, [stock] * 4)
        print(stock.add(0))
