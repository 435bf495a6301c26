"""Functions that come with Julia code, where it calls them."""

from __future__ import annotations

#: The functions that the spellings call.
SOURCES = {
    "arrays": '''\
"""The variables as real floating arrays; an error names one that does not have its shape."""
function arrays(; given...)
    sizes = Dict{String, Int}()
    for (name, a) in pairs(values(given))
        a isa Union{Real, AbstractArray{<:Real}} ||
            throw(ArgumentError("the variables are to be real numbers, and $name is a $(typeof(a))"))
        stated = shapes()[name]
        fits = length(stated) == ndims(a) && all(zip(stated, size(a))) do (x, n)
            n == (all(isdigit, x) ? parse(Int, x) : get!(sizes, x, n))
        end
        if !fits
            known = isempty(sizes) ? "none" : join(("$x = $n" for (x, n) in sizes), ", ")
            wanted = join(stated, ", ")
            throw(DimensionMismatch("$name has shape $(size(a)), not ($wanted); known sizes: $known"))
        end
    end
    return map(float, values(given))
end
''',
    "frechet": '''\
"""The derivative of f at A along each of E: the corner of f of a block matrix (Higham, Theorem 3.6)."""
function frechet(f, A, E...)
    Z, n = zero(A), size(A, 1)
    M = [A E[1]; Z A]
    if length(E) == 2
        M = [M [E[2] Z; Z E[2]]; zero(M) M]
    end
    return f(M)[1:n, end-n+1:end]
end
''',
    "duplication": '''\
"""The matrix that takes vech(S) to vec(S) for a symmetric S."""
function duplication(n)
    half = [(i, j) for j in 1:n for i in j:n]
    return float.([place in ((j - 1)*n + i, (i - 1)*n + j) for place in 1:n^2, (i, j) in half])
end
''',
    "elimination": '''\
"""The matrix that takes vec(X) to vech(X), the columns of the lower triangle one below the other."""
elimination(n) = float.([place == (j - 1)*n + i for (i, j) in [(i, j) for j in 1:n for i in j:n], place in 1:n^2])
''',
    "gaps": '''\
"""1/(x[j] - x[i]) for each pair, 0 where both are the same."""
gaps(x) = [a == b ? 0.0 : 1/(b - a) for a in x, b in x]
''',
    "logsumexp": '''\
"""log(sum(exp(x))) along an axis, without overflow."""
function logsumexp(x, axis)
    top = maximum(x, dims=axis)
    y = top .+ log.(sum(exp.(x .- top), dims=axis))
    return ndims(x) == 1 ? y[1] : dropdims(y, dims=axis)
end
''',
    "softmax": '''\
"""exp(x)/sum(exp(x)) along an axis, without overflow."""
function softmax(x, axis)
    y = exp.(x .- maximum(x, dims=axis))
    return y ./ sum(y, dims=axis)
end
''',
    "marks": '''\
"""1 where x is as large as the greatest (or least) along an axis, equal shares where several are, 0 elsewhere."""
function marks(x, extreme, axis)
    y = float.(x .== extreme(x, dims=axis))
    return y ./ sum(y, dims=axis)
end
''',
    "along": '''\
"""A reduction along one axis, which it drops."""
function along(f, x, axis)
    return ndims(x) == 1 ? f(x) : dropdims(f(x, dims=axis), dims=axis)
end
''',
    "polar": '''\
"""The factor U V' of X = U S V'."""
function polar(X)
    F = svd(X)
    return F.U*F.Vt
end
''',
    "polar_frechet": '''\
"""The derivative of polar at X along E, from X = U S V'."""
function polar_frechet(X, E)
    F = svd(X)
    U, s, V = F.U, F.S, F.V
    M = U'*E*V
    return U*((M - M') ./ (s .+ s'))*V' + (E - U*(U'*E))*(V ./ s')*V' + (U ./ s')*(U'*(E - (E*V)*V'))
end
''',
    "contracted": '''\
"""The product of A and B over labelled axes, summed over the labels that both have and `out` lacks."""
function contracted(left, A, right, B, out)
    both = filter(in(right), left)
    batch, inner = filter(in(out), both), filter(!in(out), both)
    rows, columns = filter(!in(right), left), filter(!in(left), right)
    lengths = merge(Dict(zip(left, size(A))), Dict(zip(right, size(B))))
    sizes(labels) = [lengths[x] for x in labels]
    arranged(X, labels, groups) = reshape(
        permutedims(X, [findfirst(x, labels) for x in join(groups)]), [prod(sizes(g), init=1) for g in groups]...)
    P, Q = arranged(A, left, (rows, inner, batch)), arranged(B, right, (inner, columns, batch))
    C = zeros(promote_type(eltype(P), eltype(Q)), size(P, 1), size(Q, 2), size(P, 3))
    for k in axes(C, 3)
        C[:, :, k] = P[:, :, k]*Q[:, :, k]
    end
    found = rows*columns*batch
    return permutedims(reshape(C, sizes(found)...), [findfirst(x, found) for x in out])
end
''',
    "entries": '''\
"""The entries of A with equal indices at equal labels."""
entries(A, labels) = A[places(labels, A)]
''',
    "places": '''\
"""Where in A the entries with equal indices at equal labels stand, one axis for each label."""
function places(labels, A)
    names = unique(labels)
    lengths = [size(A, findfirst(x, labels)) for x in names]
    return [CartesianIndex([at[findfirst(==(x), names)] for x in labels]...) for at in CartesianIndices(Tuple(lengths))]
end
''',
}
