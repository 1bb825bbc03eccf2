# A function of two arguments over two inputs.
from multiprocessing import Pool


def power(base, exponent):
    return base**exponent


if __name__ == "__main__":
    bases = [2, 3, 10]
    exponents = [100, 50, 30]
    with Pool() as pool:
        for number in pool.starmap(power, zip(bases, exponents)):
            print(number)
