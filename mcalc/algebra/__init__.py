"""What an expression is, and what can be done with one without knowing calculus.

dims sizes               sizes of axes as symbols, and the numbers at which they are tried
expr                     the node, in six kinds, and how one is made
contract labels canonical    the normal form of a product over index labels
walk                     visiting nodes
traits                   what is known of their values
batch                    one statement made for every row of an array
ops                      the operations, a record each
"""
