#include "embedded.h"

#include <string.h>

const char *embedded_sql(const char *name)
{
    for (size_t i = 0; i < n_sql_files; i++)
        if (strcmp(sql_files[i].name, name) == 0)
            return (const char *)sql_files[i].text;
    return NULL;
}

const struct embedded_file *embedded_next(const char *folder, size_t *at)
{
    size_t length = strlen(folder);

    while (*at < n_sql_files) {
        const struct embedded_file *file = &sql_files[(*at)++];

        if (strncmp(file->name, folder, length) == 0)
            return file;
    }
    return NULL;
}
