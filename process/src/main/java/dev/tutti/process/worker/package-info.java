/** The worker's side: a JVM that runs the items of one pool until that pool is gone. */
package dev.tutti.process.worker;
