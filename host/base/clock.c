// SPDX-License-Identifier: EUPL-1.2
#include "base/clock.h"

#include <string.h>
#include <time.h>

enum { MS_A_DAY = 86400000 };
static const int64_t FIRST_MS = -62167219200000; // 0000-01-01, so that a year always has four digits
static const int64_t LAST_MS = 253402300799999;  // 9999-12-31T23:59:59.999

int64_t clock_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_steady(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// Days since 1970-01-01 of the proleptic Gregorian calendar, counted in years that begin in March, so that the
// leap day is the last of its year (Hinnant, "chrono-compatible low-level date algorithms").
static int64_t days_from_date(int64_t year, int64_t month, int64_t day) {
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void date_from_days(int64_t days, int64_t *year, int64_t *month, int64_t *day) {
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * shifted + 2) / 5 + 1;
    *month = shifted < 10 ? shifted + 3 : shifted - 9;
    *year = year_of_era + era * 400 + (*month <= 2);
}

static char *put_digits(char *out, int64_t value, int digits) {
    for (int i = digits - 1; i >= 0; i--, value /= 10)
        out[i] = (char)('0' + value % 10);
    return out + digits;
}

void clock_format(int64_t milliseconds, char out[CLOCK_TEXT]) {
    if (milliseconds < FIRST_MS)
        milliseconds = FIRST_MS;
    if (milliseconds > LAST_MS)
        milliseconds = LAST_MS;
    int64_t days = milliseconds / MS_A_DAY, rest = milliseconds % MS_A_DAY;
    if (rest < 0) {
        rest += MS_A_DAY;
        days--;
    }
    int64_t year, month, day;
    date_from_days(days, &year, &month, &day);
    char *p = put_digits(out, year, 4);
    *p++ = '-';
    p = put_digits(p, month, 2);
    *p++ = '-';
    p = put_digits(p, day, 2);
    *p++ = 'T';
    p = put_digits(p, rest / 3600000, 2);
    *p++ = ':';
    p = put_digits(p, rest / 60000 % 60, 2);
    *p++ = ':';
    p = put_digits(p, rest / 1000 % 60, 2);
    *p++ = '.';
    p = put_digits(p, rest % 1000, 3);
    *p++ = 'Z';
    *p = '\0';
}

typedef struct reader {
    const char *text;
    size_t len, at;
} reader;

static bool read_digits(reader *r, int digits, int64_t *value) {
    *value = 0;
    for (int i = 0; i < digits; i++, r->at++) {
        if (r->at >= r->len || r->text[r->at] < '0' || r->text[r->at] > '9')
            return false;
        *value = *value * 10 + (r->text[r->at] - '0');
    }
    return true;
}

static bool read_one_of(reader *r, const char *any) {
    if (r->at >= r->len || r->text[r->at] == '\0' || !strchr(any, r->text[r->at]))
        return false;
    r->at++;
    return true;
}

static bool read_date(reader *r, int64_t *days) {
    static const int8_t LENGTH[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t year, month, day;
    if (!read_digits(r, 4, &year) || !read_one_of(r, "-") || !read_digits(r, 2, &month) || !read_one_of(r, "-") ||
        !read_digits(r, 2, &day))
        return false;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month < 1 || month > 12 || day < 1 || day > LENGTH[month - 1] + (month == 2 && leap))
        return false;
    *days = days_from_date(year, month, day);
    return true;
}

static bool read_time(reader *r, int64_t *milliseconds) {
    int64_t hour, minute, second, fraction = 0;
    if (!read_digits(r, 2, &hour) || !read_one_of(r, ":") || !read_digits(r, 2, &minute) || !read_one_of(r, ":") ||
        !read_digits(r, 2, &second) || hour > 23 || minute > 59 || second > 60)
        return false;
    if (read_one_of(r, ".")) {
        size_t first = r->at;
        int64_t digit, scale = 100;
        while (read_digits(r, 1, &digit)) {
            fraction += digit * scale;
            scale /= 10;
        }
        if (r->at == first)
            return false;
    }
    *milliseconds = ((hour * 60 + minute) * 60 + second) * 1000 + fraction;
    return true;
}

static bool read_zone(reader *r, int64_t *milliseconds) {
    *milliseconds = 0;
    if (read_one_of(r, "Zz"))
        return true;
    bool east = read_one_of(r, "+");
    int64_t hour, minute;
    if ((!east && !read_one_of(r, "-")) || !read_digits(r, 2, &hour) || !read_one_of(r, ":") ||
        !read_digits(r, 2, &minute) || hour > 23 || minute > 59)
        return false;
    *milliseconds = (hour * 60 + minute) * 60000 * (east ? 1 : -1);
    return true;
}

bool clock_parse(const char *text, size_t len, int64_t *milliseconds) {
    reader r = {text, len, 0};
    int64_t days, time = 0, zone = 0;
    if (!read_date(&r, &days))
        return false;
    if (r.at < len && (!read_one_of(&r, "Tt ") || !read_time(&r, &time) || !read_zone(&r, &zone)))
        return false;
    if (r.at != len)
        return false;
    *milliseconds = days * MS_A_DAY + time - zone;
    return true;
}
