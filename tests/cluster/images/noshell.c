/* The only file of an image without a shell. Its arguments are a small program, carried out in order:
 *
 *   print TEXT    TEXT and a newline to standard output     warn TEXT   the same to standard error
 *   sleep SECONDS (may be fractional)                       forever     sleep without end
 *   ignore        TERM is ignored from here on              obey        TERM ends it with code 143
 *   exit CODE     end now; the end of the program is `exit 0`
 *
 * As process 1 of a container TERM is without effect by default, as if ignored.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void terminated(int signal_number) { _exit(128 + signal_number); }

static void sleep_for(double seconds) {
    struct timespec left = {(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)};
    while (nanosleep(&left, &left) != 0) {}
}

int main(int count, char **words) {
    for (int i = 1; i < count; i++) {
        const char *word = words[i], *value = i + 1 < count ? words[i + 1] : "";
        if (!strcmp(word, "print")) { puts(value); fflush(stdout); i++; }
        else if (!strcmp(word, "warn")) { fprintf(stderr, "%s\n", value); i++; }
        else if (!strcmp(word, "sleep")) { sleep_for(atof(value)); i++; }
        else if (!strcmp(word, "forever")) { for (;;) pause(); }
        else if (!strcmp(word, "ignore")) { signal(SIGTERM, SIG_IGN); }
        else if (!strcmp(word, "obey")) { signal(SIGTERM, terminated); }
        else if (!strcmp(word, "exit")) { return atoi(value); }
        else { fprintf(stderr, "noshell: unknown word %s\n", word); return 2; }
    }
    return 0;
}
