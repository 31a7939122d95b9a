"""Why a result is what it is, what would change it, and how two ways to judge compare.

`basis` by what is judged · `distance` how far from the other result · `records` what a result rests on ·
`households`, `villages` the whole account of one · `comparison` two accounts side by side ·
`as_json`, `serializers`, `api` the same for programs.
"""
