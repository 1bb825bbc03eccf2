/** What a task is, how it ends, and every exception that says so. */
package dev.tutti.task;
