using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace SqlStream.Server.Http;

/// <summary>Writes bodies of answers, and lets a client go that does not take them.</summary>
static class Sending
{
    const int PieceBytes = 16 << 10;

    /// <summary>Writes a body, or a part of one.</summary>
    public static Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body) => WriteAsync(context, body, context.RequestAborted);

    /// <inheritdoc cref="WriteAsync(HttpContext, ReadOnlyMemory{byte})"/>
    public static async Task WriteAsync(HttpContext context, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        while (!body.IsEmpty)
        {
            var piece = body[..Math.Min(PieceBytes, body.Length)];
            body = body[piece.Length..];
            var written = context.Response.Body.WriteAsync(piece, cancellation);
            if (written.IsCompletedSuccessfully)
                continue;
            try
            {
                await written.AsTask().WaitAsync(context.Features.GetRequiredFeature<ServerLimits>().SendTimeout, TimeProvider.System, cancellation).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                context.Abort();
                throw new OperationCanceledException("the client does not take its answer");
            }
        }
    }
}
