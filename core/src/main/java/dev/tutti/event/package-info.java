/** What a running call tells about itself; nothing comes back, and no listener slows a task. */
package dev.tutti.event;
