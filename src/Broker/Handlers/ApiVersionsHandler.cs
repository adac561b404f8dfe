using SqlStream.Broker.Protocol;

namespace SqlStream.Broker.Handlers;

/// <summary>Tells which requests are understood, in which versions.</summary>
sealed class ApiVersionsHandler(Cluster cluster) : ImmediateHandler(cluster)
{
    public override ApiRange Api { get; } = new(ApiKey.ApiVersions, 0, 3, FlexibleFrom: 3);

    /// <summary>All handlers, once they are made.</summary>
    public IReadOnlyList<Handler> All { get; set; } = [];

    /// <summary>Answers a version that is not known, in the oldest form, which every client can read.</summary>
    public void Refuse(Request request)
    {
        request.Writer.IsFlexible = false;
        Write(request, ErrorCode.UnsupportedVersion, version: 0);
    }

    protected override void Handle(Request request, WireReader reader, WireWriter writer)
    {
        if (request.Version >= 3)
        {
            reader.String();
            reader.String();
            reader.Tags();
        }
        Write(request, request.Final(request.Refused ?? ErrorCode.None), request.Version);
    }

    void Write(Request request, ErrorCode error, short version)
    {
        var writer = request.Writer;
        writer.Error(error);
        writer.ArrayLength(All.Count);
        foreach (var handler in All)
        {
            var (min, max) = Cluster.Faults.RangeOf(handler.Api.Key) ?? (handler.Api.Min, handler.Api.Max);
            writer.Int16((short)handler.Api.Key);
            writer.Int16(min);
            writer.Int16(max);
            writer.Tags();
        }
        if (version >= 1)
            writer.Int32(request.ThrottleMs);
        writer.Tags();
    }
}
