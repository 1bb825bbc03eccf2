/** The pool's side: the workers of one pool, what each of them has, and how each of them ended. */
package dev.tutti.process.group;
