"""Functions that come with MATLAB code, where it calls them."""

from __future__ import annotations

#: The functions that the spellings call.
SOURCES = {
    "arrays": """\
function varargout = arrays(shapes, varargin)
    % The variables as real floating arrays, each of its shape; a vector may be a row, and becomes a column.
    persistent fitting
    here = cellfun(@size, varargin, 'UniformOutput', false);
    here = [cellfun('ndims', varargin), here{:}];
    if numel(here) == numel(fitting) && all(here == fitting) ...
            && all(cellfun('isclass', varargin, 'double')) && all(cellfun('isreal', varargin))
        varargout = varargin;  % as in the last call: there is nothing to look at
        return
    end
    fitting = [];
    names = {};
    sizes = [];
    for k = 1:numel(varargin)
        [variable, axes] = shapes{k, :};
        a = varargin{k};
        if ~(isnumeric(a) || islogical(a)) || ~isreal(a)
            error('mcalc:type', 'the variables are to be real numbers, and %s is not', variable);
        end
        if ~isfloat(a)
            a = double(a);
        end
        if numel(axes) == 1 && isrow(a)
            a = a(:);
        end
        lengths = ones(1, max(ndims(a), numel(axes)));
        lengths(1:ndims(a)) = size(a);
        fits = all(lengths(numel(axes)+1:end) == 1);
        for j = 1:numel(axes)
            at = find(strcmp(names, axes{j}), 1);
            wanted = str2double(axes{j});
            if ~isempty(at)
                wanted = sizes(at);
            elseif isnan(wanted)
                wanted = lengths(j);
                names{end+1} = axes{j};
                sizes(end+1) = wanted;
            end
            fits = fits && lengths(j) == wanted;
        end
        if ~fits
            shape = sprintf(' x %d', size(varargin{k}));
            stated = sprintf(' x %s', axes{:});
            if isempty(axes)
                stated = '   scalar';
            end
            known = [names; num2cell(sizes)];
            known = [sprintf(', %s = %d', known{:}), repmat('  none', 1, isempty(names))];
            error('mcalc:shape', '%s has shape %s, not %s; known sizes: %s', ...
                variable, shape(4:end), stated(4:end), known(3:end));
        end
        varargout{k} = a;
    end
    here = cellfun(@size, varargout, 'UniformOutput', false);
    fitting = [cellfun('ndims', varargout), here{:}];
end
""",
    "reals": """\
function varargout = reals(varargin)
    % The results; an error where one is not real.
    varargout = varargin;
    for k = find(~cellfun('isreal', varargin))
        a = varargin{k};
        if max(abs(imag(a(:)))) > 1e-8*max(abs(a(:)))
            error('mcalc:domain', 'there is no real value here: a variable is outside the domain');
        end
        varargout{k} = real(a);
    end
end
""",
    "frechet": """\
function L = frechet(f, A, varargin)
    % The derivative of f at A along each of the others: the corner of f of a block matrix (Higham, Theorem 3.6).
    n = size(A, 1);
    Z = zeros(n);
    M = [A, varargin{1}; Z, A];
    if numel(varargin) == 2
        E = varargin{2};
        M = [M, [E, Z; Z, E]; zeros(2*n), M];
    end
    F = f(M);
    L = F(1:n, end-n+1:end);
end
""",
    "duplication": """\
function D = duplication(n)
    % The matrix that takes vech(S) to vec(S) for a symmetric S.
    places = zeros(n);
    places(tril(true(n))) = 1:n*(n + 1)/2;
    places = places + tril(places, -1)';
    D = double(places(:) == 1:n*(n + 1)/2);
end
""",
    "elimination": """\
function L = elimination(n)
    % The matrix that takes vec(X) to vech(X), the columns of the lower triangle one below the other.
    lower = tril(true(n));
    L = eye(n^2);
    L = L(lower(:), :);
end
""",
    "eigvalsh": """\
function d = eigvalsh(A)
    % The eigenvalues of a symmetric matrix in rising order.
    d = sort(real(eig((A + A')/2)));
end
""",
    "eigvecs": """\
function V = eigvecs(A)
    % The eigenvectors of a symmetric matrix, in the order of its eigenvalues.
    [V, D] = eig((A + A')/2);
    [~, order] = sort(diag(D));
    V = V(:, order);
end
""",
    "gaps": """\
function F = gaps(x)
    % 1/(x(j) - x(i)) for each pair, 0 where both are the same.
    d = x(:)' - x(:);
    F = 1 ./ d;
    F(d == 0) = 0;
end
""",
    "svdleft": """\
function U = svdleft(X)
    % The left singular vectors.
    [U, ~, ~] = svd(X, 'econ');
end
""",
    "svdright": """\
function V = svdright(X)
    % The right singular vectors.
    [~, ~, V] = svd(X, 'econ');
end
""",
    "bessel": """\
function y = bessel(f, k, x)
    % A Bessel function of real numbers, of which Octave makes complex ones below zero: there J and I of a whole order
    % are real, and the others have no value.
    y = f(k, x);
    if ~isreal(y)
        y = real(y);
        whole = k == fix(k) & any(strcmp(func2str(f), {'besselj', 'besseli'}));
        y((x < 0) & ~whole) = NaN;
    end
end
""",
    "logdet": """\
function y = logdet(A)
    % The logarithm of the absolute value of the determinant, which itself may overflow.
    found = slogdet(A);
    y = found(2);
end
""",
    "detsign": """\
function y = detsign(A)
    % The sign of the determinant.
    found = slogdet(A);
    y = found(1);
end
""",
    "slogdet": """\
function y = slogdet(A)
    % The sign of the determinant, and the logarithm of its absolute value, which itself may overflow.
    [~, U, P] = lu(A);
    d = diag(U);
    y = [det(P)*prod(sign(d)), sum(log(abs(d)))];
end
""",
    "logsumexp": """\
function y = logsumexp(x, axis)
    % log(sum(exp(x))) along an axis, without overflow.
    top = max(x, [], axis);
    y = top + log(sum(exp(x - top), axis));
end
""",
    "softmax": """\
function y = softmax(x, axis)
    % exp(x)/sum(exp(x)) along an axis, without overflow.
    y = exp(x - max(x, [], axis));
    y = y ./ sum(y, axis);
end
""",
    "marks": """\
function y = marks(x, top, axis)
    % 1 where x is as large as top along an axis (equal shares where several are), 0 elsewhere.
    y = double(x == top);
    y = y ./ sum(y, axis);
end
""",
    "polar": """\
function P = polar(X)
    % The factor U V' of X = U S V'.
    [U, ~, V] = svd(X, 'econ');
    P = U*V';
end
""",
    "polar_frechet": """\
function D = polar_frechet(X, E)
    % The derivative of polar at X along E, from X = U S V'.
    [U, S, V] = svd(X, 'econ');
    s = diag(S);
    M = U'*E*V;
    D = U*((M - M') ./ (s + s'))*V' + (E - U*(U'*E))*(V ./ s')*V' + (U ./ s')*(U'*(E - (E*V)*V'));
end
""",
    "sylvester_equation": """\
function Y = sylvester_equation(A, B, C)
    % The Y that solves A Y + Y B = C.
    [n, m] = size(C);
    Y = reshape((kron(eye(m), A) + kron(B.', eye(n)))\\C(:), n, m);
end
""",
    "contracted": """\
function C = contracted(left, A, right, B, out)
    % The product of A and B over labelled axes, summed over the labels that both have and `out` lacks.
    both = left(ismember(left, right));
    batch = both(ismember(both, out));
    inner = both(~ismember(both, out));
    rows = left(~ismember(left, right));
    columns = right(~ismember(right, left));
    [A, a] = arranged(A, left, {rows, inner, batch});
    [B, b] = arranged(B, right, {inner, columns, batch});
    C = zeros(prod(a{1}), prod(b{2}), prod(a{3}));
    for k = 1:size(C, 3)
        C(:, :, k) = A(:, :, k)*B(:, :, k);
    end
    C = reshape(C, [a{1}, b{2}, a{3}, 1, 1]);
    [~, order] = ismember(out, [rows, columns, batch]);
    if numel(order) > 1
        C = permute(C, order);
    end
end


function [A, shapes] = arranged(A, labels, groups)
    % The axes of A in groups, each group as one axis; the sizes of the axes in each group.
    sizes = ones(1, numel(labels));
    for k = 1:numel(labels)
        sizes(k) = size(A, k);
    end
    order = [];
    for k = 1:3
        [~, place] = ismember(groups{k}, labels);
        order = [order, place];
        shapes{k} = reshape(sizes(place), 1, []);
    end
    if numel(order) > 1
        A = permute(A, order);
    end
    A = reshape(A, [prod(shapes{1}), prod(shapes{2}), prod(shapes{3})]);
end
""",
    "entries": """\
function d = entries(A, labels)
    % The entries of A with equal indices at equal labels.
    d = A(places(labels, A));
end
""",
    "places": """\
function at = places(labels, A)
    % Where in A the entries with equal indices at equal labels stand, one axis for each label.
    [names, first] = unique(labels, 'first');
    [~, order] = sort(first);
    names = names(order);
    at = 1;
    step = 1;
    strides = zeros(1, numel(names));
    sizes = ones(1, numel(names));
    for k = 1:numel(labels)
        here = names == labels(k);
        strides(here) = strides(here) + step;
        sizes(here) = size(A, k);
        step = step*size(A, k);
    end
    for k = 1:numel(names)
        at = at + reshape((0:sizes(k)-1)*strides(k), [ones(1, k-1), sizes(k), 1, 1]);
    end
end
""",
}
