/* SPDX-License-Identifier: MIT */
#include "linkpond/cli/command.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
