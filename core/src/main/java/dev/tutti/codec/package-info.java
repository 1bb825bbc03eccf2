/** The bytes of a value: how it is written for another process, and how it is read there. */
package dev.tutti.codec;
