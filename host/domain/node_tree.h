// SPDX-License-Identifier: EUPL-1.2
//
// node_tree: all nodes of one process in memory, linked. For node.c, node_roll_up.c and process.c: the plan of a
// process is small (hundreds of nodes), so one query for each kind of thing and a walk is the fastest way to anything
// about it.
#ifndef INTERLINK_DOMAIN_NODE_TREE_H
#define INTERLINK_DOMAIN_NODE_TREE_H

#include "base/answer.h"
#include "base/arena.h"
#include "store/store.h"

typedef struct tree_node tree_node;

typedef struct tree_link {
    struct tree_link *next;
    str id;          // of the profile or node
    tree_node *node; // for nodes
} tree_link;

struct tree_node {
    str id, parent_id, kind, status; // parent_id.ptr NULL: a root
    str name, description;           // with NODE_TREE_TEXTS only
    int64_t position, progress, start, end, version;
    int64_t assets;
    tree_node *parent, *children, *next;
    tree_link *needs, *after; // with NODE_TREE_TEXTS only
    bool placed;              // while siblings are put in order
};

typedef struct node_tree {
    tree_node *nodes;
    size_t count;
    tree_node *roots;  // siblings in order
    tree_node **slots; // by hash of the id
    size_t slot_mask;
} node_tree;

typedef enum node_tree_parts { NODE_TREE_SHAPE, NODE_TREE_TEXTS } node_tree_parts;

// Everything lies in the arena. An unknown process has an empty tree.
status node_tree_load(store *s, arena *a, const char *process, node_tree_parts parts, node_tree **out, fault *f);
tree_node *node_tree_find(const node_tree *t, str id); // NULL if it is not there

bool tree_node_is_task(const tree_node *n);

// The members of a node's object, its children nested; the caller opens and ends the object.
void tree_node_put(answer *out, const tree_node *n);
// The array of a list of siblings.
void tree_node_write_list(answer *out, const tree_node *first);

#endif
