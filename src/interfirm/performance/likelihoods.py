"""Log likelihoods with scores and Hessians, on arrays: tobit, ordered and multinomial logit, negative binomial."""

from __future__ import annotations

import numpy as np
from scipy import special, stats

from interfirm.performance.maximise import Likelihood, Parts
from interfirm.performance.terms import Floats


def log_phi(z: Floats) -> Floats:
    """Log density of the standard normal."""
    return np.asarray(-0.5 * z**2 - 0.5 * np.log(2 * np.pi))


def mills(z: Floats) -> Floats:
    """φ(z)/Φ(z), also far in the tail."""
    return np.asarray(np.exp(log_phi(z) - special.log_ndtr(z)))


def tobit(y: Floats, x: Floats, w: Floats, low: float, high: float) -> Likelihood:
    """Normal regression cut at ``low`` and ``high``, in δ = β/σ and log τ = −log σ.

    Observed y between the limits; at a limit only that the latent value lies beyond it is known.
    """
    below, above = y <= low, y >= high
    inside = ~(below | above)
    n, k = x.shape

    def parts(theta: Floats) -> Parts:
        index, tau = x @ theta[:k], float(np.exp(theta[k]))
        value, by_index, by_tau = np.empty(n), np.empty(n), np.zeros(n)
        ii, it, tt = np.empty(n), np.zeros(n), np.zeros(n)
        e = tau * y[inside] - index[inside]
        value[inside] = log_phi(e) + theta[k]
        by_index[inside], by_tau[inside] = e, 1 / tau - e * y[inside]
        ii[inside], it[inside], tt[inside] = -1.0, y[inside], -1 / tau**2 - y[inside] ** 2
        for at, limit, sign in ((below, low, 1.0), (above, high, -1.0)):
            if not at.any():
                continue
            z = sign * (tau * limit - index[at])
            m = mills(z)
            slope = -m * (z + m)
            value[at] = special.log_ndtr(z)
            by_index[at], by_tau[at] = -sign * m, sign * m * limit
            ii[at], it[at], tt[at] = slope, -slope * limit, slope * limit**2
        scores = np.column_stack([by_index[:, None] * x, by_tau * tau])
        hessian = np.empty((k + 1, k + 1))
        hessian[:k, :k] = (x * (w * ii)[:, None]).T @ x
        hessian[:k, k] = hessian[k, :k] = x.T @ (w * it * tau)
        hessian[k, k] = float(w @ (tt * tau**2 + by_tau * tau))
        return Parts(value, scores, hessian)

    return parts


def ordered(y: Floats, x: Floats, w: Floats) -> Likelihood:
    """P(y ≤ j) = Λ(c_j − xβ); θ = (β, c_1, …, c_J−1); x has no constant. y are 0, 1, …"""
    code = y.astype(np.int64)
    top = int(code.max())
    n, k = x.shape
    rows = np.arange(n)

    def parts(theta: Floats) -> Parts:
        cuts = np.concatenate([[-np.inf], theta[k:], [np.inf]])
        if (np.diff(theta[k:]) <= 0).any():
            return Parts(np.full(n, -np.inf), np.zeros((n, k + top)), -np.eye(k + top))
        index = x @ theta[:k]
        upper, lower = cuts[code + 1] - index, cuts[code] - index
        fu, fl = special.expit(upper), special.expit(lower)
        du, dl = fu * (1 - fu), fl * (1 - fl)
        p = np.maximum(fu - fl, 1e-300)
        ddu, ddl = du * (1 - 2 * fu), dl * (1 - 2 * fl)
        jacobian_up, jacobian_low = np.zeros((n, k + top)), np.zeros((n, k + top))
        jacobian_up[:, :k] = jacobian_low[:, :k] = -x
        jacobian_up[rows[code < top], k + code[code < top]] = 1.0
        jacobian_low[rows[code > 0], k + code[code > 0] - 1] = 1.0
        first = (du / p)[:, None] * jacobian_up - (dl / p)[:, None] * jacobian_low
        hessian = ((jacobian_up * (w * ddu / p)[:, None]).T @ jacobian_up
                   - (jacobian_low * (w * ddl / p)[:, None]).T @ jacobian_low - (first * w[:, None]).T @ first)
        return Parts(np.log(p), first, hessian)

    return parts


def multinomial(y: Floats, x: Floats, w: Floats) -> Likelihood:
    """P(y = j) ∝ exp(xβ_j), β_0 = 0; θ holds β_1, β_2, … one after the other. y are 0, 1, …"""
    code = y.astype(np.int64)
    others = int(code.max())
    n, k = x.shape
    chosen = (code[:, None] == np.arange(1, others + 1)).astype(np.float64)

    def parts(theta: Floats) -> Parts:
        index = np.column_stack([np.zeros(n), x @ theta.reshape(others, k).T])
        logs = index - special.logsumexp(index, axis=1, keepdims=True)
        p = np.exp(logs[:, 1:])
        scores = ((chosen - p)[:, :, None] * x[:, None, :]).reshape(n, others * k)
        hessian = np.empty((others * k, others * k))
        for a in range(others):
            for b in range(others):
                spread = w * p[:, a] * ((a == b) - p[:, b])
                hessian[a * k:(a + 1) * k, b * k:(b + 1) * k] = -(x * spread[:, None]).T @ x
        return Parts(logs[np.arange(n), code], scores, hessian)

    return parts


def negative_binomial(y: Floats, x: Floats, w: Floats) -> Likelihood:
    """Var y = μ + αμ², μ = exp(xβ); θ = (β, log α)."""
    k = x.shape[1]

    def parts(theta: Floats) -> Parts:
        mu = np.exp(np.clip(x @ theta[:k], -50.0, 50.0))
        r = float(np.exp(-theta[k]))
        total = r + mu
        value = (special.gammaln(y + r) - special.gammaln(r) - special.gammaln(y + 1) + r * np.log(r / total)
                 + y * np.log(np.maximum(mu, 1e-300) / total))
        by_index = r * (y - mu) / total
        by_r = special.digamma(y + r) - special.digamma(r) + np.log(r / total) + 1 - (y + r) / total
        by_rr = (special.polygamma(1, y + r) - special.polygamma(1, r) + 1 / r - 2 / total + (y + r) / total**2)
        scores = np.column_stack([by_index[:, None] * x, -r * by_r])
        hessian = np.empty((k + 1, k + 1))
        hessian[:k, :k] = -(x * (w * r * mu * (r + y) / total**2)[:, None]).T @ x
        hessian[:k, k] = hessian[k, :k] = x.T @ (w * -r * mu * (y - mu) / total**2)
        hessian[k, k] = float(w @ (r * by_r + r**2 * by_rr))
        return Parts(value, scores, hessian)

    return parts


def censored_mean(index: Floats, sigma: float, low: float, high: float) -> Floats:
    """The mean of a normal value with mean ``index`` that is cut at the limits."""
    a, b = (low - index) / sigma, (high - index) / sigma
    pa, pb = special.ndtr(a), special.ndtr(b)
    out = index * (pb - pa) + sigma * (stats.norm.pdf(a) - stats.norm.pdf(b))
    if np.isfinite(low):
        out = out + low * pa
    if np.isfinite(high):
        out = out + high * (1 - pb)
    return np.asarray(out)
