namespace SqlStream.State.Tables;

/// <summary>Keeps the memory of layers that are not used any more for those that come: slices open and close all the time. Mailbox thread only.</summary>
/// <param name="layersMax">How many free layers are kept.</param>
/// <param name="bytesMax">How many bytes they may have.</param>
sealed class HashLayerPool(int layersMax = 64, long bytesMax = long.MaxValue)
{
    readonly Stack<HashLayer> _free = new();
    int _expectedBytes;

    /// <summary>Bytes that the free layers occupy.</summary>
    public long AllocatedBytes { get; private set; }

    /// <summary>An empty layer.</summary>
    public HashLayer Rent()
    {
        if (!_free.TryPop(out var layer))
            return new HashLayer { ExpectedBytes = _expectedBytes };
        AllocatedBytes -= layer.AllocatedBytes;
        layer.ExpectedBytes = _expectedBytes;
        return layer;
    }

    /// <summary>Lets the free layers go.</summary>
    public void Clear()
    {
        _free.Clear();
        AllocatedBytes = 0;
    }

    /// <summary>Takes a layer back that nobody reads any more.</summary>
    public void Return(HashLayer layer)
    {
        if (ReferenceEquals(layer, HashLayer.Nothing))
            return;
        // A layer holds about what the last ones held; more is forgotten little by little.
        _expectedBytes = Math.Max(layer.EntryBytes + (layer.EntryBytes / 16), _expectedBytes - (_expectedBytes / 8));
        if (_free.Count >= layersMax || AllocatedBytes + layer.AllocatedBytes > bytesMax)
            return;
        layer.Reset();
        _free.Push(layer);
        AllocatedBytes += layer.AllocatedBytes;
    }
}
