#include "folder_plan.h"

const char folder_declaration[] =
    "CREATE TABLE legacy_traces(" TRACE_ROW_COLUMNS
    ", document TEXT, path TEXT, size INTEGER, mtime INTEGER, file_error TEXT, "
    "directory TEXT HIDDEN, dictionary BLOB HIDDEN, session_key TEXT HIDDEN, "
    "user_key TEXT HIDDEN, policy TEXT HIDDEN, root TEXT HIDDEN, file_state TEXT HIDDEN, "
    "no_trace TEXT HIDDEN, " ROW_HIDDEN_COLUMNS ")";

/* The letter by which idxStr tells xFilter of a constraint on `day`; 0 for one of no use. */
static char day_constraint(unsigned char op)
{
    switch (op) {
    case SQLITE_INDEX_CONSTRAINT_EQ:
        return '=';
    case SQLITE_INDEX_CONSTRAINT_GT:
        return '>';
    case SQLITE_INDEX_CONSTRAINT_GE:
        return 'g';
    case SQLITE_INDEX_CONSTRAINT_LT:
        return '<';
    case SQLITE_INDEX_CONSTRAINT_LE:
        return 'l';
    default:
        return 0;
    }
}

static bool is_fact(int column)
{
    return column == FILE_SIZE || column == FILE_MTIME;
}

/* The steps of trace_row.h that a column needs; *document: whether it needs the document at all. */
static unsigned column_steps(int column, bool *document)
{
    *document = column != COLUMN_DAY && column != FILE_PATH && column != FILE_ROOT &&
                column != FILE_NO_TRACE && !is_fact(column) &&
                !(column >= ARGUMENT_DIRECTORY && column < ARGUMENT_DIRECTORY + FOLDER_ARGUMENTS);
    if (!*document || column == FILE_DOCUMENT)
        return 0;
    if (column >= FILE_HIDDEN)
        return trace_row_steps(column + COLUMN_PROMPT - FILE_HIDDEN);
    return column < TRACE_COLUMNS ? trace_row_steps(column) : STEP_READ;
}

enum { PLAN_FACTS = 1, PLAN_DOCUMENTS = 2, PLAN_DOUBTFUL = 4, PLAN_STEPS = 8 };

/* The number: bits, and the steps times PLAN_STEPS. */
static int number_plan(sqlite3_uint64 columns_used)
{
    int plan = 0;
    for (int column = 0; column < FILE_HIDDEN + ROW_COLUMNS - COLUMN_PROMPT; column++) {
        bool document;
        if (!(columns_used >> column & 1))
            continue;
        unsigned steps = column_steps(column, &document);
        plan |= (is_fact(column) ? PLAN_FACTS : 0) | (document ? PLAN_DOCUMENTS : 0) |
                (int)(steps * PLAN_STEPS);
    }
    /* Who asks for facts too may use them to pass documents over. */
    if ((plan & PLAN_FACTS) && (plan & PLAN_DOCUMENTS))
        plan |= PLAN_DOUBTFUL;
    return plan;
}

struct read_ahead_plan folder_plan_read(int number)
{
    return (struct read_ahead_plan){
        .facts = number & PLAN_FACTS,
        .documents = number & PLAN_DOCUMENTS,
        .doubtful = number & PLAN_DOUBTFUL,
        .steps = (unsigned)number / PLAN_STEPS,
    };
}

int folder_plan_argument(char letter)
{
    return letter >= '0' && letter < '0' + FOLDER_ARGUMENTS ? letter - '0' : -1;
}

/* The plan is a string, a letter for each value that xFilter gets: a digit is that argument, the
 * others are constraints on day, which SQLite checks again. */
int folder_plan_make(sqlite3_index_info *info)
{
    char *plan = sqlite3_malloc(info->nConstraint + 1);
    int n = 0;
    info->idxNum = 0;
    bool given[FOLDER_ARGUMENTS] = {false};
    bool by_day = false;
    if (!plan)
        return SQLITE_NOMEM;
    for (int i = 0; i < info->nConstraint; i++) {
        int column = info->aConstraint[i].iColumn;
        unsigned char op = info->aConstraint[i].op;
        bool argument =
            column >= ARGUMENT_DIRECTORY && column < ARGUMENT_DIRECTORY + FOLDER_ARGUMENTS;
        char letter = 0;
        /* A condition that no document is needed for passes some of them over. */
        if (column == -1 || column == FILE_PATH)
            info->idxNum |= PLAN_DOUBTFUL;
        /* Of an argument given twice, SQLite compares the second with the first. */
        if (argument && op == SQLITE_INDEX_CONSTRAINT_EQ && !given[column - ARGUMENT_DIRECTORY])
            letter = (char)('0' + column - ARGUMENT_DIRECTORY);
        else if (column == COLUMN_DAY &&
                 sqlite3_stricmp(sqlite3_vtab_collation(info, i), "BINARY") == 0)
            letter = day_constraint(op);
        if (!letter)
            continue;
        if (!info->aConstraint[i].usable) {
            if (!argument)
                continue;
            sqlite3_free(plan);
            return SQLITE_CONSTRAINT; /* an argument that comes from a table to be read first */
        }
        if (argument)
            given[column - ARGUMENT_DIRECTORY] = true;
        by_day |= !argument;
        plan[n++] = letter;
        info->aConstraintUsage[i].argvIndex = n;
        info->aConstraintUsage[i].omit = argument;
    }
    plan[n] = '\0';
    info->idxStr = plan;
    info->needToFreeIdxStr = 1;
    info->idxNum |= number_plan(info->colUsed);
    info->estimatedRows = by_day ? 3000 : 100000;
    info->estimatedCost = by_day ? 3e4 : 1e6;
    /* SQLite asks so for each side of an OR, too: no error yet, xFilter makes it one. */
    if (!given[0])
        info->estimatedCost = 1e99;
    return SQLITE_OK;
}

bool folder_plan_narrow(struct tree_days *days, char letter, sqlite3_value *value)
{
    if (sqlite3_value_type(value) == SQLITE_NULL)
        return false;
    if (sqlite3_value_type(value) != SQLITE_TEXT)
        return true;
    const char *day = (const char *)sqlite3_value_text(value);
    bool open = letter == '<' || letter == '>';
    if (!day)
        return true;
    if (letter == '=' || letter == '>' || letter == 'g') {
        int order = days->first ? strcmp(day, days->first) : 1;
        if (order > 0) {
            days->first = day;
            days->after_first = open;
        } else if (order == 0) {
            days->after_first |= open;
        }
    }
    if (letter == '=' || letter == '<' || letter == 'l') {
        int order = days->last ? strcmp(day, days->last) : -1;
        if (order < 0) {
            days->last = day;
            days->before_last = open;
        } else if (order == 0) {
            days->before_last |= open;
        }
    }
    return true;
}
