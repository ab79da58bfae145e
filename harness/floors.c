// SPDX-License-Identifier: GPL-2.0-only
/* A program that does nothing: can a floor be linked with what is below it alone? See floors.cmake.
 */
int main(void)
{
	return 0;
}
