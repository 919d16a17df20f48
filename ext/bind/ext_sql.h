/*
 * ext_sql.h -- the statements of sql/store that the extension itself runs, put into it by the
 * Makefile; NUL-terminated.
 */
#ifndef LIGHTNING_EXT_SQL_H
#define LIGHTNING_EXT_SQL_H

extern const char sql_store_document[];
extern const char sql_store_next_document[];
extern const char sql_store_same_document[];
extern const char sql_store_scorer[];
extern const char sql_store_scorer_in_force[];
extern const char sql_store_trace[];

#endif
